"""A plot of measurements, as an SVG that needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, AROUND = 640, 400, 60, 50, 20


def scatter(points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Points, and the straight line through the origin that lies nearest to them: what is linear lies on it."""
    most_x, most_y = max(x for x, _ in points), max(y for _, y in points)
    slope = sum(x * y for x, y in points) / sum(x * x for x, _ in points)

    def place(x: float, y: float) -> tuple[float, float]:
        right, top = WIDTH - AROUND - LEFT, HEIGHT - AROUND - BOTTOM
        return round(LEFT + x / most_x * right, 1), round(HEIGHT - BOTTOM - y / most_y * top, 1)

    (x0, y0), (x1, y1) = place(0, 0), place(most_x, min(slope * most_x, most_y))
    dots = "".join(f'<circle cx="{a}" cy="{b}" r="4"/>' for a, b in (place(x, y) for x, y in points))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"
 font-family="sans-serif" font-size="13">
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<path d="M{LEFT} {AROUND}V{HEIGHT - BOTTOM}H{WIDTH - AROUND}" fill="none" stroke="#333"/>
<path d="M{x0} {y0}L{x1} {y1}" stroke="#b33" stroke-dasharray="6 4"/>
<g fill="#246">{dots}</g>
<g fill="#333"><text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{across}: up to {most_x:,.0f}</text>
<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{up}: up to {most_y:,.1f}</text></g>
</svg>
"""
