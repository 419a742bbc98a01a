#!/usr/bin/env python3
"""Turns what a terminal showed into an SVG picture.

    tmux capture-pane -e -p -t SESSION | scripts/terminal-picture.py --columns 80 > picture.svg

Reads text with SGR sequences, as `tmux capture-pane -e` writes it. Block elements are drawn as areas, so that bars have no
gaps between their columns; everything else is text in a monospaced font, run by run at its own column.
"""
import argparse
import itertools
import re
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT, SIZE, MARGIN = 8.4, 17, 14, 10
BACKGROUND, FOREGROUND, QUIET = "#16181d", "#d5d8de", "#7d828c"
COLOURS = {31: "#e8695f", 32: "#7fbf6a", 33: "#e0b354", 34: "#6ba3e8", 35: "#c48be0", 36: "#5fbfbf", 37: "#ffffff"}
# Shares of a cell's height, and how solid it is.
BLOCKS = {"█": (1, 1), "▓": (1, 0.75), "▒": (1, 0.5), "░": (1, 0.18)}
BLOCKS.update({block: ((number + 1) / 8, 1) for number, block in enumerate("▁▂▃▄▅▆▇")})
# Lines are drawn as well, for the same reason: the dashes of a stroke, and its width.
LINES = {"━": ("", 2.4), "─": ("", 1.2), "┄": ("2.2 2", 1.4)}
# Lines that cross: how far above and below the middle, and the widths along and across.
CROSSES = {"┬": (0, 4.5, 1.2, 1.2), "╋": (6, 6, 2.4, 2.4), "│": (8.5, 8.5, 0, 1.2)}


class Look:
    def __init__(self):
        self.colour, self.bold, self.dim, self.reverse = None, False, False, False

    def take(self, codes):
        for code in codes or [0]:
            if code == 0:
                self.__init__()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 7:
                self.reverse = True
            elif code == 27:
                self.reverse = False
            elif code == 39:
                self.colour = None
            elif code in COLOURS:
                self.colour = code

    def key(self):
        colour = COLOURS.get(self.colour, QUIET if self.dim else FOREGROUND)
        return colour, self.bold, self.reverse


def cells(line, look):
    """The characters of a line, each with its look."""
    found = []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            look.take([int(code) for code in part[2:-1].split(";") if code])
        else:
            found += [(character, look.key()) for character in part]
    return found


def draw(lines, columns):
    rows = len(lines)
    width, height = columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}">',
        f'<rect width="100%" height="100%" rx="6" fill="{BACKGROUND}"/>',
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{SIZE}" xml:space="preserve">',
    ]
    look = Look()
    for row, line in enumerate(lines):
        top, column = MARGIN + row * HEIGHT, 0
        # Neighbours of one look, and of one shape, are drawn as one.
        for (kind, key), group in itertools.groupby(cells(line, look), lambda cell: (shape_of(cell[0]), cell[1])):
            run = "".join(character for character, _ in group)
            colour, _, reverse = key
            x, wide = MARGIN + column * WIDTH, len(run) * WIDTH
            if reverse:
                out.append(f'<rect x="{x:g}" y="{top:g}" width="{wide:g}" height="{HEIGHT}" fill="{colour}"/>')
            out += [shape(kind, x, wide, top, colour)] if kind else text(run, column, top, key)
            column += len(run)
    return "\n".join(out + ["</g>", "</svg>", ""])


def shape_of(character):
    return character if character in BLOCKS or character in LINES or character in CROSSES else None


def text(run, start, top, style):
    if not run.strip():
        return []
    # Spaces in front are a matter of the column.
    start += len(run) - len(run.lstrip())
    colour, bold, reverse = style
    weight = ' font-weight="bold"' if bold else ""
    run = run.strip()
    return [
        f'<text x="{MARGIN + start * WIDTH:g}" y="{top + HEIGHT - 4.5:g}" fill="{BACKGROUND if reverse else colour}"{weight} '
        f'textLength="{len(run) * WIDTH:g}" lengthAdjust="spacingAndGlyphs">{escape(run)}</text>'
    ]


def shape(character, x, wide, top, colour):
    if character in LINES:
        dashes, stroke = LINES[character]
        middle, dash = top + HEIGHT / 2, f' stroke-dasharray="{dashes}"' if dashes else ""
        return f'<path d="M{x:g} {middle:g}h{wide:g}" stroke="{colour}" stroke-width="{stroke}"{dash}/>'
    if character in CROSSES:
        above, below, along, across = CROSSES[character]
        middle = top + HEIGHT / 2
        ticks = "".join(
            f"M{x + (number + 0.5) * WIDTH:g} {middle - above:g}v{above + below:g}" for number in range(round(wide / WIDTH))
        )
        line = f'<path d="M{x:g} {middle:g}h{wide:g}" stroke="{colour}" stroke-width="{along}"/>' if along else ""
        return line + f'<path d="{ticks}" stroke="{colour}" stroke-width="{across}"/>'
    share, solid = BLOCKS[character]
    tall = (HEIGHT - 4) * share
    y = top + HEIGHT - 2 - tall
    return f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{tall:g}" fill="{colour}" fill-opacity="{solid}"/>'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=80, help="the terminal's width")
    arguments = parser.parse_args()
    lines = sys.stdin.read().split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    sys.stdout.write(draw(lines, arguments.columns))


if __name__ == "__main__":
    main()
