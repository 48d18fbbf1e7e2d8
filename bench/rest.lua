-- wrk: one kind of request to the Station API:  wrk … -s rest.lua URL -- list|detail|create COOKIE TOKEN
local requests = {
  list = {"GET", "/station/"},
  detail = {"GET", "/station/1/"},
  create = {"POST", "/station/", '{"name":"st1","timestamp":"1393926310","temperature":"28","lat":"30.733315","lon":"76.779418"}'},
}

function init(arguments)
  local method, path, body = unpack(requests[arguments[1]])
  local headers = {Accept = "application/json", Cookie = arguments[2], ["X-CSRFToken"] = arguments[3]}
  if body then headers["Content-Type"] = "application/json" end
  text = wrk.format(method, path, headers, body)
end

function request()
  return text
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT requests=%d seconds=%.6f failed=%d p50_us=%d p99_us=%d\n",
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50), latency:percentile(99)))
end
