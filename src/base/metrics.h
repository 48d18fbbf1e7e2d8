#pragma once

// Metrics: counters, gauges and histograms of the whole program, in Prometheus's text format.
//
// A module asks for its metrics once, in its constructor, and keeps the references; they live as
// long as the Metrics.  Updates are atomic and cheap; names follow Prometheus's conventions:
// thingtank_<what>_<unit>[_total].

#include <memory>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace tt {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using Labels = prometheus::Labels;

class Metrics {
 public:
  // The same name and labels give the same metric.  `help` is one sentence.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds` are the upper ends of the buckets, ascending, in the metric's unit.
  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& bounds, const Labels& labels = {});

  // Prometheus text exposition format 0.0.4.
  std::string to_text() const;

 private:
  prometheus::Registry registry_;
};

}  // namespace tt
