"""Papers as Hugging Face has them, on pages and in answers: invented, in the same layout."""

from __future__ import annotations

import html
import json
from typing import Any


def listed(title: str = "On Lists", **members: Any) -> dict[str, Any]:
    """Return what a listing wraps around a paper; `members` of either go where they belong."""
    outer = {name: members.pop(name) for name in ("numComments",) if name in members}
    user = {"_id": "6f", "fullname": "Sam Pell", "isPro": False, "type": "user", "name": "sam"}
    paper = {
        "id": "2401.00001",
        "authors": [{"_id": "65", "user": user, "name": "Jane van Doe", "hidden": False}],
        "publishedAt": "2024-01-02T18:00:00.000Z",
        "submittedOnDailyAt": "2024-01-04T00:00:00.000Z",
        "title": title,
        "summary": "We sort lists\nby hand & by eye.",
        "upvotes": 12,
        "discussionId": "66",
    }
    return {
        "paper": paper | members,
        "publishedAt": "2024-01-03T09:00:00.000Z",
        "title": title,
        "summary": paper["summary"],
        "numComments": 2,
        "submittedBy": user,
        "isAuthorParticipating": False,
    } | outer


def saved_page(
    *papers: Any, target: str = "DailyPapers", props: Any = None, quote: str = '"'
) -> str:
    """Return a page with `papers`, as a browser saves it."""
    props = {"dailyPapers": list(papers), "periodType": "day"} if props is None else props
    data = html.escape(json.dumps(props, ensure_ascii=False))
    data = data if quote == '"' else data.replace("&quot;", '"').replace("'", "&#39;")
    return (
        '<!DOCTYPE html>\n<html class=""><head><title>Daily Papers</title></head>\n<body>\n'
        '<div class="SVELTE_HYDRATER contents" data-target="MainHeader" '
        'data-props="{&quot;isWide&quot;:false}"><header>Papers</header></div>\n'
        f'<div class="contents" data-props={quote}{data}{quote} data-target="{target}">\n'
        "<h1>Daily Papers</h1> by AK and the research community</div></body></html>\n"
    )
