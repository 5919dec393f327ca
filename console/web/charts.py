"""Plots, drawn on the server as SVG; the page shows the figures in a table as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pygal
from pygal.style import Style
from starlette.responses import Response

GREEN, AMBER, RED = "#1f7a4d", "#c77700", "#b3261e"
_STYLE = Style(
    background="transparent", plot_background="transparent", foreground="#33413a",
    foreground_strong="#17211b", foreground_subtle="#6b766f", colors=(GREEN, AMBER, RED),
    font_family="system-ui, sans-serif", label_font_size=13, major_label_font_size=13,
    legend_font_size=14, guide_stroke_color="#d8dfda", major_guide_stroke_color="#d8dfda",
)  # fmt: skip


def bars(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> bytes:
    """Stacked bars, one a label; the series in the order good, doubtful, bad."""
    chart = pygal.StackedBar(
        style=_STYLE, js=(), width=860, height=280, legend_at_bottom=True, show_x_guides=False,
        spacing=8, margin=8, legend_box_size=12, x_label_rotation=0, print_values=False,
        disable_xml_declaration=False, explicit_size=False, include_x_axis=True,
        value_formatter=lambda value: f"{value:.0f}",
    )  # fmt: skip
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    drawn: bytes = chart.render()
    return drawn


def svg(drawn: bytes) -> Response:
    """The plot's own styles are in it; scripts never."""
    return Response(
        drawn, media_type="image/svg+xml",
        headers={
            "Cache-Control": "private, max-age=60",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )  # fmt: skip
