"""LaTeX becomes readable, prices stay prices, nothing fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.latex import readable


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("$O(n^2)$ time", "O(n²) time"),
        (r"$\alpha$-divergence", "α-divergence"),
        (r"an $\ell_1$ norm", "an ℓ₁ norm"),
        (r"$\mathcal{O}(\sqrt{n})$", "O(√n)"),
        ("A$^3$-Net", "A³-Net"),
        (r"\textbf{BERT} and \emph{GPT}", "BERT and GPT"),
        (r"M\"uller, L\'evy, Schr\"{o}dinger", "Müller, Lévy, Schrödinger"),
        ("costs $5 and $10 a month", "costs $5 and $10 a month"),
        (r"costs \$5 (5\%)", "costs $5 (5%)"),
        (r"as shown~\cite{smith2020,jones}.", "as shown."),
        (r"see \href{https://example.org}{our page}", "see our page"),
        (r"\ours is fast", "ours is fast"),
        ("``quoted''", "“quoted”"),
        (r"$x_{t+1} = \frac{a}{b}$", "xₜ₊₁ = a/b"),
        (r"$10^{-3}$", "10⁻³"),
        ("{GAN}s for {3D}", "GANs for 3D"),
        ("no markup at all", "no markup at all"),
        ("unbalanced $ sign and { brace", "unbalanced $ sign and { brace"),
    ],
)
def test_common_latex_is_readable(source: str, shown: str) -> None:
    assert readable(source) == shown


@given(st.text(alphabet=st.sampled_from(list("\\${}^_~ab1 αfrac\"'`c()[]")), max_size=60))
def test_any_markup_is_survived_and_hardly_grows(source: str) -> None:
    assert len(readable(source)) <= 4 * len(source) + 8


@given(st.text(max_size=200).filter(lambda text: not set(text) & set("\\${`'")))
def test_plain_text_is_left_alone(source: str) -> None:
    private = dict.fromkeys(range(0xE000, 0xE007), "")
    assert readable(source).translate(private) == source.translate(private)
