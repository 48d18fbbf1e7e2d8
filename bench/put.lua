-- wrk: PUT single values, round-robin over the feeds and channels named on the command line:
--   wrk … -s put.lua URL -- KEY CHANNELS FEED…
local key, channels, feeds
local count = 0

function init(arguments)
  key = arguments[1]
  channels = tonumber(arguments[2])
  feeds = {}
  for i = 3, #arguments do feeds[#feeds + 1] = arguments[i] end
end

function request()
  count = count + 1
  local feed = feeds[count % #feeds + 1]
  local path = "/v2/feeds/" .. feed .. "/datastreams/c" .. math.floor(count / #feeds) % channels .. ".json"
  local body = string.format('{"current_value":"%.2f"}', 20 + count % 1000 / 100)
  return wrk.format("PUT", path, {["X-ApiKey"] = key, ["Content-Type"] = "application/json"}, body)
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT requests=%d seconds=%.6f failed=%d p50_us=%d p99_us=%d\n",
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50), latency:percentile(99)))
end
