#include "gateway/xively/graph.h"

#include <cairo/cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "gateway/xively/graph_axes.h"

namespace tt::gateway::xively {
namespace {

constexpr std::string_view caption = "Thingtank";
constexpr int small_side = 200;  // pictures below have smaller letters
constexpr int lines_x_max = 12, lines_y_max = 10;
constexpr int plain_columns = 3;

struct DropSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DropContext {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};

enum class Align { left, centre, right };

// The picture and the pen.
class Canvas {
 public:
  Canvas(int width, int height)
      : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
        context_(cairo_create(surface_.get())) {
    set_colour(0xffffff);
    cairo_paint(cr());
  }

  cairo_t* cr() const { return context_.get(); }

  void set_colour(std::uint32_t rgb) {
    cairo_set_source_rgb(cr(), (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
  }

  void set_font(double size, cairo_font_weight_t weight) {
    cairo_select_font_face(cr(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, weight);
    cairo_set_font_size(cr(), size);
  }

  double width_of(const std::string& text) const {
    cairo_text_extents_t extents;
    cairo_text_extents(cr(), text.c_str(), &extents);
    return extents.x_advance;
  }

  // `y` is the line on which the letters stand.
  void write(double x, double y, const std::string& text, Align align = Align::left) {
    if (align == Align::centre) x -= width_of(text) / 2;
    if (align == Align::right) x -= width_of(text);
    cairo_move_to(cr(), std::round(x), std::round(y));
    cairo_show_text(cr(), text.c_str());
  }

  // The beginning of `text` that is at most `room` wide, with "…" if it is not all.
  std::string fitting(std::string text, double room) const {
    if (width_of(text) <= room) return text;
    while (!text.empty() && width_of(text + "…") > room) {
      while (!text.empty() && (text.back() & 0xc0) == 0x80) text.pop_back();
      if (!text.empty()) text.pop_back();
    }
    return text.empty() ? text : text + "…";
  }

  std::string png() const {
    auto status = cairo_status(cr());
    std::string bytes;
    auto append = [](void* closure, const unsigned char* data, unsigned length) {
      static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
      return CAIRO_STATUS_SUCCESS;
    };
    if (status == CAIRO_STATUS_SUCCESS) {
      status = cairo_surface_write_to_png_stream(surface_.get(), append, &bytes);
    }
    if (status != CAIRO_STATUS_SUCCESS) {
      throw Error(Code::internal, fmt::format("cannot draw: {}", cairo_status_to_string(status)));
    }
    return bytes;
  }

 private:
  std::unique_ptr<cairo_surface_t, DropSurface> surface_;
  std::unique_ptr<cairo_t, DropContext> context_;
};

class Drawing {
 public:
  explicit Drawing(const Graph& graph)
      : graph_(graph),
        canvas_(graph.width, graph.height),
        font_size_(std::min(graph.width, graph.height) < small_side ? 8 : 11) {}

  std::string draw() {
    canvas_.set_font(font_size_, CAIRO_FONT_WEIGHT_NORMAL);
    place_plot();
    draw_columns();
    draw_rows();
    draw_frame();
    draw_lines();
    draw_texts();
    return canvas_.png();
  }

 private:
  bool is_detailed() const { return graph_.grid == Grid::detailed; }
  bool is_empty() const {
    return std::all_of(graph_.lines.begin(), graph_.lines.end(),
                       [](const auto& line) { return line.empty(); });
  }
  double plot_width() const { return right_ - left_; }
  double plot_height() const { return bottom_ - top_; }

  double x_of(Time at) const {
    auto part = static_cast<double>((at - graph_.start).count()) /
                static_cast<double>((graph_.end - graph_.start).count());
    return left_ + part * plot_width();
  }
  double y_of(double value) const {
    auto part = (value - axis_.min) / (axis_.max - axis_.min);
    return bottom_ - std::clamp(part, -10.0, 11.0) * plot_height();
  }

  void make_axis() {
    double min = 0, max = 1;
    bool is_first = true;
    for (const auto& line : graph_.lines) {
      for (const auto& point : line) {
        min = is_first ? point.value : std::min(min, point.value);
        max = is_first ? point.value : std::max(max, point.value);
        is_first = false;
      }
    }
    int room = static_cast<int>(plot_height() / (2.2 * font_size_));
    int rows = std::clamp(room, 1, lines_y_max);
    bool is_fixed = graph_.min && graph_.max;
    if (is_fixed) {
      axis_ = value_axis(*graph_.min, *graph_.max, Ends::fixed, rows);
    } else {
      axis_ = value_axis(min, max, Ends::round, rows);
    }
  }

  // What is written at the value axis, from the bottom.
  std::vector<ValueTick> value_labels() const {
    if (is_empty() && !graph_.min) return {};
    if (graph_.labels == AxisLabels::all || axis_.ticks.size() < 2) return axis_.ticks;
    return {axis_.ticks.front(), axis_.ticks.back()};
  }

  void place_plot() {
    double line = font_size_ * 1.6;
    top_ = graph_.title.empty() ? line : line * 2.4;
    if (!graph_.legend.empty()) top_ += line;
    bottom_ = graph_.height - line * (graph_.labels == AxisLabels::all ? 2.4 : 1.6);
    make_axis();
    double widest = 0;
    for (const auto& tick : value_labels()) widest = std::max(widest, canvas_.width_of(tick.label));
    left_ = std::round(std::min(widest + font_size_, graph_.width * 0.4));
    right_ = graph_.width - std::round(font_size_ * 1.2);
    top_ = std::round(top_);
    bottom_ = std::round(bottom_);
  }

  void stroke_line(double x1, double y1, double x2, double y2) {
    cairo_move_to(canvas_.cr(), std::floor(x1) + 0.5, std::floor(y1) + 0.5);
    cairo_line_to(canvas_.cr(), std::floor(x2) + 0.5, std::floor(y2) + 0.5);
    cairo_stroke(canvas_.cr());
  }

  void use_dashes(double on, double off) {
    double dashes[] = {on, off};
    cairo_set_dash(canvas_.cr(), dashes, 2, 0);
    cairo_set_line_width(canvas_.cr(), 1);
    canvas_.set_colour(is_detailed() ? 0xd9d9d9 : 0xbbbbbb);
  }

  std::vector<TimeTick> columns() const {
    if (is_detailed()) {
      double label_width = canvas_.width_of("00:00:00") + font_size_;
      int room = static_cast<int>(plot_width() / label_width);
      return round_times({graph_.start, graph_.end}, std::clamp(room, 1, lines_x_max), graph_.zone);
    }
    std::vector<TimeTick> ticks;
    auto range = graph_.end - graph_.start;
    for (int i = 1; i < plain_columns; ++i) {
      auto at = graph_.start + range * i / plain_columns;
      ticks.push_back({at, time_label(at, range, graph_.zone)});
    }
    return ticks;
  }

  void draw_columns() {
    auto ticks = columns();
    if (is_detailed()) {
      use_dashes(4, 3);
    } else {
      use_dashes(1, 3);
    }
    for (const auto& tick : ticks) stroke_line(x_of(tick.at), top_, x_of(tick.at), bottom_);
    if (graph_.labels == AxisLabels::ends) return;
    canvas_.set_colour(0x666666);
    double end_of_previous = 0;
    for (const auto& tick : ticks) {
      double half = canvas_.width_of(tick.label) / 2;
      double x = std::clamp(x_of(tick.at), half + 2, graph_.width - half - 2);
      if (x - half < end_of_previous) continue;
      canvas_.write(x, bottom_ + font_size_ * 1.5, tick.label, Align::centre);
      end_of_previous = x + half + font_size_ / 2;
    }
  }

  void draw_rows() {
    if (is_detailed()) {
      use_dashes(4, 3);
      for (const auto& tick : axis_.ticks) {
        stroke_line(left_, y_of(tick.value), right_, y_of(tick.value));
      }
    }
    canvas_.set_colour(0x666666);
    for (const auto& tick : value_labels()) {
      canvas_.write(left_ - font_size_ / 2, y_of(tick.value) + font_size_ * 0.35, tick.label,
                    Align::right);
    }
  }

  void draw_frame() {
    cairo_set_dash(canvas_.cr(), nullptr, 0, 0);
    cairo_set_line_width(canvas_.cr(), 1);
    canvas_.set_colour(0xaaaaaa);
    stroke_line(left_, top_, left_, bottom_);
    stroke_line(left_, bottom_, right_, bottom_);
  }

  void draw_lines() {
    auto* cr = canvas_.cr();
    canvas_.set_colour(graph_.colour);
    cairo_save(cr);
    // A line along the edge of the plot shows its whole width.
    double edge = graph_.stroke;
    cairo_rectangle(cr, left_ - edge, top_ - edge, plot_width() + 2 * edge,
                    plot_height() + 2 * edge);
    cairo_clip(cr);
    cairo_set_line_width(cr, graph_.stroke);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    for (const auto& line : graph_.lines) {
      for (const auto& point : line) cairo_line_to(cr, x_of(point.at), y_of(point.value));
      // With round ends a line without length is a dot.
      if (line.size() == 1) cairo_close_path(cr);
      if (line.size() == 1) cairo_set_line_width(cr, std::max(graph_.stroke * 2, 5.0));
      cairo_stroke(cr);
      cairo_set_line_width(cr, graph_.stroke);
    }
    cairo_restore(cr);
  }

  void draw_texts() {
    double room = graph_.width - 2 * font_size_;
    double y = font_size_ * 1.6;
    canvas_.set_colour(0xaaaaaa);
    canvas_.write(right_, graph_.height - font_size_ * 0.5, std::string(caption), Align::right);
    if (is_empty()) {
      canvas_.set_colour(0x888888);
      canvas_.write((left_ + right_) / 2, (top_ + bottom_) / 2, "no data", Align::centre);
    }
    if (!graph_.legend.empty()) draw_legend(room);
    if (graph_.title.empty()) return;
    canvas_.set_colour(0x333333);
    canvas_.set_font(font_size_ * 1.3, CAIRO_FONT_WEIGHT_BOLD);
    auto title = canvas_.fitting(graph_.title, room);
    canvas_.write(graph_.width / 2.0, y, title, Align::centre);
  }

  // A piece of the line and its name, above the plot.
  void draw_legend(double room) {
    double y = top_ - font_size_ * 0.8;
    double line_width = font_size_ * 2;
    auto* cr = canvas_.cr();
    canvas_.set_colour(graph_.colour);
    cairo_set_line_width(cr, std::min(graph_.stroke, font_size_ / 2));
    stroke_line(left_, y - font_size_ * 0.35, left_ + line_width, y - font_size_ * 0.35);
    canvas_.set_colour(0x444444);
    double text_left = left_ + line_width + font_size_ / 2;
    canvas_.write(text_left, y, canvas_.fitting(graph_.legend, room - text_left));
  }

  const Graph& graph_;
  Canvas canvas_;
  double font_size_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;  // of the plot
  ValueAxis axis_{0, 1, {}};
};

}  // namespace

std::string draw_graph(const Graph& graph) { return Drawing(graph).draw(); }

}  // namespace tt::gateway::xively
