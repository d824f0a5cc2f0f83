"""What `first_screen.py` compares with: Textual with one table, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.widgets import DataTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class BareApp(App[None]):
    """A table of thirty rows."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        """Show the table."""
        yield DataTable()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("Number", "Year", "Title", "Authors")
        for number in range(30):
            table.add_row(number, 1990 + number, f"The title of paper {number}", "Anonymous")


if __name__ == "__main__":
    BareApp().run()
