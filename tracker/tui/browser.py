"""The web browser: one with a window of its own, or one of text, to which the terminal is lent."""

import webbrowser

from textual.app import App, SuspendNotSupported


def find() -> webbrowser.BaseBrowser | None:
    """Return the browser that the system has; None without one. The first time asks the system: for a lane."""
    try:
        return webbrowser.get()
    except webbrowser.Error:
        return None


def is_of_text(browser: webbrowser.BaseBrowser) -> bool:
    """Tell whether a browser draws in the terminal, and so must have it for itself."""
    if isinstance(browser, webbrowser.GenericBrowser):
        return not isinstance(browser, webbrowser.BackgroundBrowser)
    return getattr(browser, "background", True) is False


def show(app: App[int], browser: webbrowser.BaseBrowser, url: str) -> bool:
    """Open an address; a browser of text has the terminal until it is left. False where it could not be started."""
    if not is_of_text(browser):
        return browser.open(url)
    try:
        with app.suspend():
            return browser.open(url)
    except SuspendNotSupported:
        return False
