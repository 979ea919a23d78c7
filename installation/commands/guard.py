"""`sleeptree guard`: what a film does to people who are sensitive to flashes and stripes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from installation.foundation.errors import Mistake
from installation.session.production import writable
from installation.session.progress import Bar


def guard(film: Path, out: Path | None) -> bool:
    """Judge the film, print a verdict and a table of the rules, draw the worst second into `out`; whether it passes."""
    if out is not None:
        writable(out)
    from installation.checker.flashes import Report, Rule, analyse_film
    from installation.foundation import png

    try:
        with Bar("guard") as progress:
            report: Report = analyse_film(film, progress)
    except (FileNotFoundError, ValueError) as error:
        raise Mistake(str(error)) from None
    print(f"{film.name} {report.verdict()}")

    def row(rule: Rule) -> tuple[str, ...]:
        where = "" if rule.where is None else f"{100 * rule.where[0]:.0f} % right, {100 * rule.where[1]:.0f} % down"
        when = "" if rule.at is None else f"{rule.at:.2f} s"
        verdict = "pass" if rule.failed_at is None else f"fail {rule.failed_at:.2f} s"
        return rule.name, verdict, f"{rule.worst:.2g}{rule.unit}", f"{rule.limit:g}", when, where

    table = Table("rule", "verdict", "worst", "limit", "at", "where", box=SIMPLE_HEAD)
    for rule in report.rules.values():
        table.add_row(*row(rule))
    Console().print(table)
    if out is not None:
        red, green, blue = np.moveaxis(report.picture().astype(np.uint32), 2, 0)
        png.write(out, red << 16 | green << 8 | blue, f"{film.name}: the second before {report.worst_second:.2f} s")
        print(f"{out}: the second before {report.worst_second:.2f} s")
    return report.passed
