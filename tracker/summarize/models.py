"""Language models through `llm` by Simon Willison: any provider or a local one, as its own plug-ins and keys make them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tracker.errors import ModelError
from tracker.summarize.rewriting import Writer
from tracker.threads import within

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 120.0
"""How long one answer may take."""
ANSWER_TOKENS = 400
_BOUNDS: Mapping[str, float] = {"temperature": 0, "max_tokens": ANSWER_TOKENS, "num_predict": ANSWER_TOKENS, "seed": 0}
"""Options as the plug-ins name them; each model gets those it knows."""


def writer(name: str, seconds: float = SECONDS) -> Writer:
    """Return a model by a name or alias that `llm models` lists. Costs 300 ms: `llm` is imported here.

    Raises:
        ModelError: `llm` is not installed, or knows no such model.
    """
    try:
        import llm
    except ImportError as error:
        raise ModelError(
            f"A digest by '{name}' needs the package llm.", "Run: pip install 'research-tracker[llm]'."
        ) from error
    try:
        model = llm.get_model(name)
    except llm.UnknownModelError as error:
        raise ModelError(
            f"llm knows no model '{name}'.", "'llm models' lists those it knows; 'llm install' adds plug-ins."
        ) from error
    return Writer(name, partial(_ask, model, seconds))


def _ask(model: Any, seconds: float, system: str, prompt: str) -> str:  # noqa: ANN401 - plug-ins define it
    known = model.Options.model_fields
    options = {option: value for option, value in _BOUNDS.items() if option in known}
    try:
        return within(seconds, lambda: str(model.prompt(prompt, system=system, stream=False, options=options).text()))
    except TimeoutError as error:
        raise ModelError(f"no answer within {seconds:g} s") from error
