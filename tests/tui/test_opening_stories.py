"""Reading: `o` opens the paper, its PDF or its page; `O` its code or its project page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from readinglist.config import Config
from readinglist.domain.web_address import WebAddress
from readinglist.services.known_hosts import KnownHosts
from readinglist.services.library import Library
from readinglist.services.pdf_files import PdfFiles
from readinglist.tui.app import ReadingListApp
from readinglist.tui.screens.dialogs import Choose
from readinglist.tui.screens.new_host import NewHost
from readinglist.tui.screens.triage import Triage
from tests.tui.conftest import Opener, by_palette, current, settle, told, until

MakeApp = Callable[..., ReadingListApp]
PAGE = "https://arxiv.org/abs/1706.03762"
CODE = "https://github.com/tensorflow/tensor2tensor"


@pytest.fixture
def known() -> None:
    """Code was opened on this machine before."""
    address = WebAddress.parse(CODE)
    assert address
    KnownHosts().add(address)


async def box(pilot: Pilot[None]) -> str:
    """Wait for the question, and return what is in it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, NewHost))
    await settle(pilot)
    return " ".join(str(one.render()) for one in pilot.app.screen.query(Static))


def stored(library: Library, key: str) -> Path:
    """Store a PDF of a paper."""
    file = PdfFiles(library.path).place(key)
    file.write_bytes(b"%PDF-")
    return file


async def test_the_page_is_opened_in_the_browser(make_app: MakeApp, opener: Opener) -> None:
    """By key and by palette; the address is told."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("o")
        await until(pilot, lambda: f"Opened {PAGE}" in told(app))
        await by_palette(pilot, "open", "Open the paper: its stored PDF")
        await until(pilot, lambda: opener.opened == [PAGE, PAGE])
        await settle(pilot)


async def test_a_stored_pdf_comes_before_the_page(
    make_app: MakeApp, sample: Library, opener: Opener
) -> None:
    """In the viewer of the configuration; one that is renamed is found."""
    app = make_app(config=Config(viewer="zathura --fork"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        key = current(app).key
        file = stored(sample, key)
        await pilot.press("o")
        await until(pilot, lambda: f"Opened pdfs/{key}.pdf" in told(app))
        sample.edit(key, {"key": "renamed"})
        await pilot.press("o")
        await until(pilot, lambda: opener.opened == [f"zathura --fork {file}"] * 2)
        await settle(pilot)


async def test_the_details_tell_that_there_is_a_pdf(make_app: MakeApp, sample: Library) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "pdfs/" not in app.export_screenshot()
        stored(sample, current(app).key)
        await pilot.press("j", "k")
        await until(pilot, lambda: f"pdfs/{current(app).key}.pdf" in app.export_screenshot())


async def test_a_paper_without_an_address_says_so(
    make_app: MakeApp, sample: Library, opener: Opener
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        sample.edit(current(app).key, {"arxiv": "", "url": "", "doi": "", "links": ""})
        await pilot.press("R", "o")
        await until(pilot, lambda: "No address is known for this paper." in told(app))
        await pilot.press("O")
        await until(pilot, lambda: "No code or project page is known" in told(app))
        assert opener.opened == []


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("key", ["o", "O"])
async def test_a_program_that_is_missing_or_fails_is_a_sentence(
    make_app: MakeApp, opener: Opener, key: str
) -> None:
    """And the app goes on."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        opener.missing = True
        await pilot.press(key)
        await until(pilot, lambda: "can't be started: No such file. Set viewer." in told(app))
        assert "Opened" not in told(app)
        opener.missing, opener.fails = False, True
        await pilot.press(key)
        await until(pilot, lambda: "could not open it (code 3)." in told(app))
        await pilot.press("j")
        assert current(app).title != "Attention Is All You Need"


async def test_the_code_is_opened(make_app: MakeApp, opener: Opener) -> None:
    """By key and by palette; its host is new, and asked about once."""
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("O")
        shown = await box(pilot)
        assert shown.startswith(f"github.com {CODE} This host is new here.")
        assert opener.opened == []
        await pilot.press("enter")
        await until(pilot, lambda: f"Opened {CODE}" in told(app))
        await by_palette(pilot, "code", "Open the code or the project page")
        await until(pilot, lambda: opener.opened == [CODE, CODE])
        await settle(pilot)


@pytest.mark.parametrize("key", ["escape", "n", "q"])
async def test_what_is_not_wanted_is_not_opened_and_asked_about_again(
    make_app: MakeApp, opener: Opener, key: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(2):
            await pilot.press("O")
            await box(pilot)
            await pilot.press(key)
            await until(pilot, lambda: not isinstance(app.screen, NewHost))
        await settle(pilot)
        assert opener.opened == []


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://github.com@evil.example/[b]login[/b]",
            "evil.example What stands before the @, github.com, is no host but a user's name. "
            "https://github.com@evil.example/[b]login[/b]",
        ),
        (
            "https://аррӏе.com/",
            "xn--80ak6aa92e.com Its host is written аррӏе.com: its letters may look like others. "
            "https://аррӏе.com/ This host is new",
        ),
        ("http://127.0.0.1:8080/?a=b", "127.0.0.1:8080 http://127.0.0.1:8080/?a=b This host"),
    ],
)
async def test_where_an_address_leads_is_shown_apart(
    make_app: MakeApp, sample: Library, opener: Opener, address: str, shown: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        sample.edit(current(app).key, {"url": address})
        await pilot.press("R", "o")
        assert (await box(pilot)).startswith(shown)
        await pilot.press("y")
        await until(pilot, lambda: opener.opened == [address])
        await settle(pilot)


async def test_a_long_address_is_shown_to_its_end(
    make_app: MakeApp, sample: Library, opener: Opener
) -> None:
    """With the host and the keys in view all the time."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        sample.edit(current(app).key, {"url": f"https://e.org/{'a/' * 1500}end"})
        await pilot.press("R", "o")
        await box(pilot)
        screen = app.export_screenshot()
        assert "/end" not in screen
        assert ">e.org<" in screen
        assert "Enter" in screen
        scroll = app.screen.query_one(VerticalScroll)
        while scroll.scroll_y < scroll.max_scroll_y:
            before = scroll.scroll_y
            await pilot.press("j")
            assert scroll.scroll_y > before
        await settle(pilot)
        assert "/end" in app.export_screenshot()
        assert ">e.org<" in app.export_screenshot()
        await pilot.press("k")
        await settle(pilot)
        assert "/end" not in app.export_screenshot()
        await pilot.press("escape")
        assert opener.opened == []


@pytest.mark.parametrize(
    "address", ["https://evil.example\\@arxiv.org/", "https:///arxiv.org/abs/1", "https://[x"]
)
async def test_what_can_be_read_in_two_ways_is_no_address(
    make_app: MakeApp, sample: Library, opener: Opener, address: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        sample.edit(current(app).key, {"url": address})
        await pilot.press("R", "o")
        await until(pilot, lambda: "No address is known for this paper." in told(app))
        assert opener.opened == []


async def test_of_several_pages_one_is_chosen(
    make_app: MakeApp, sample: Library, opener: Opener
) -> None:
    """Code comes first; by key, by mouse, or not at all; what they hold is text."""
    project = "https://tensor.example/[b]page"
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        sample.edit(current(app).key, {"links": f"{project} {CODE}"})
        await pilot.press("R", "O")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        lines = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        assert [line.strip() for line in lines] == [CODE, project]
        await pilot.press("escape")
        await pilot.press("O")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        assert (await box(pilot)).startswith("github.com ")
        await pilot.press("enter")
        await until(pilot, lambda: opener.opened == [CODE])
        await pilot.press("O")
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.pause()
        assert await pilot.click(OptionList, offset=(8, 1))
        assert (await box(pilot)).startswith(f"tensor.example {project} ")
        await pilot.press("enter")
        await until(pilot, lambda: opener.opened == [CODE, project])
        await settle(pilot)


async def test_triage_opens_papers_and_their_code(
    make_app: MakeApp, sample: Library, opener: Opener
) -> None:
    """And it stays at the paper."""
    app = make_app()
    async with app.run_test(size=(100, 40)) as pilot:
        key = current(app).key
        await pilot.press("space", "T")
        await until(pilot, lambda: isinstance(app.screen, Triage))
        await pilot.press("O")
        await box(pilot)
        await pilot.press("enter", "o")
        await until(pilot, lambda: sorted(opener.opened) == [PAGE, CODE])
        file = stored(sample, key)
        await pilot.press("o")
        await until(pilot, lambda: opener.opened[-1] == str(file))
        assert isinstance(app.screen, Triage)
        await settle(pilot)


async def test_in_a_browser_it_is_that_browser_which_opens_the_page(
    make_app: MakeApp, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the app is served to the web: what runs on this machine is nobody's."""
    app = make_app()
    opened: list[str] = []
    async with app.run_test() as pilot:
        monkeypatch.setattr(ReadingListApp, "is_web", True)
        monkeypatch.setattr(app, "open_url", lambda url, new_tab=True: opened.append(url))
        await pilot.press("o", "O")
        await box(pilot)
        assert opened == [PAGE]
        await pilot.press("enter")
        await until(pilot, lambda: opened == [PAGE, CODE])
        assert opener.opened == []
