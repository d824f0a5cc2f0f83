"""Our two themes; on both, every text has a contrast of at least 4.5 to 1 to what is behind it."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="readinglist-dark",
    dark=True,
    background="#15171c",
    surface="#1c1f26",
    panel="#272b35",
    foreground="#dcdfe6",
    primary="#35599c",
    secondary="#7aa2d2",
    accent="#e3b669",
    warning="#e3b669",
    error="#f2777f",
    success="#8cc47c",
    variables={
        "foreground-muted": "#9ba3b4",
        "text-muted": "#9ba3b4",
        "text-disabled": "#9ba3b4",
        "text-primary": "#9dbcf2",
        "text-accent": "#e3b669",
        "text-warning": "#e3b669",
        "text-error": "#f58c93",
        "text-success": "#8cc47c",
        "primary-background": "#2a3550",
        "footer-key-foreground": "#e3b669",
        "input-selection-background": "#35599c 60%",
    },
)
"""Ink: for dark rooms, and the one to begin with."""

LIGHT = Theme(
    name="readinglist-light",
    dark=False,
    background="#fbf9f4",
    surface="#f4f1ea",
    panel="#e8e3d8",
    foreground="#23272f",
    primary="#2b5aa3",
    secondary="#3f6a9e",
    accent="#7d5200",
    warning="#7d5200",
    error="#a8231c",
    success="#2c6531",
    variables={
        "foreground-muted": "#565d69",
        "text-muted": "#565d69",
        "text-disabled": "#565d69",
        "text-primary": "#1d4a8c",
        "text-accent": "#7d5200",
        "text-warning": "#7d5200",
        "text-error": "#a8231c",
        "text-success": "#2c6531",
        "primary-background": "#d5e0f2",
        "footer-key-foreground": "#7d5200",
        "input-selection-background": "#2b5aa3 30%",
    },
)
"""Paper: for bright ones."""

OWN = (DARK, LIGHT)
NAMES = (*(theme.name for theme in OWN), *sorted(BUILTIN_THEMES))
"""The themes to choose from, ours first."""
