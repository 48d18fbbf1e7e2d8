"""Rounds that alternate between the sides, so that a change of the machine's mood hits all alike."""
import os
import platform
import statistics


def alternate(sides, rounds):
    """Calls every side once a round; a side returns {figure: number}.  {name: {figure: [number, ...]}}."""
    results = {name: {} for name in sides}
    for number in range(1, rounds + 1):
        for name, measure in sides.items():
            figures = measure()
            for figure, value in figures.items():
                results[name].setdefault(figure, []).append(value)
            shown = ", ".join(f"{figure} {format_number(value)}" for figure, value in figures.items())
            print(f"round {number}  {name:18} {shown}", flush=True)
    return results


def print_medians(results, ours):
    """A Markdown table: the median of every figure and what ours is of it."""
    names = list(results)
    figures = list(dict.fromkeys(figure for name in names for figure in results[name]))
    print("\n| median of the rounds | " + " | ".join(names) + " | "
          + " | ".join(f"{ours} : {name}" for name in names if name != ours) + " |")
    print("|---" * (len(names) * 2) + "|")
    for figure in figures:
        medians = {name: statistics.median(results[name][figure]) for name in names if figure in results[name]}
        cells = [format_number(medians[name]) if name in medians else "–" for name in names]
        ratios = [f"{medians[ours] / medians[name]:.2f}" if name in medians and ours in medians and medians[name] else "–"
                  for name in names if name != ours]
        print(f"| {figure} | " + " | ".join(cells + ratios) + " |")


def format_number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores of {model}, Linux {platform.release()}"
