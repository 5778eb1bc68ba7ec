"""The card of a personal model, made of its spec and metrics alone, so that it can be made anew."""

from typing import Any, Final

CARD_NAME: Final = "README.md"
#: Under which a personal model's ``metrics.json`` says what the studio measured.
KEY: Final = "studio"


def studio_card(spec: dict[str, Any], metrics: dict[str, Any]) -> str:
    """Markdown for ``spec.json`` and ``metrics.json`` of a model whose head was fine-tuned."""
    part = metrics[KEY]
    people = part["by_participant"]
    lines = "\n".join(
        f"| {name} | {row['n']} | {row['before']:.1%} | {row['after']:.1%} |"
        for name, row in sorted(people.items())
    )
    table = (
        "| held out | faces | base model | this model, trained without them |\n"
        f"|---|---|---|---|\n{lines}\n"
        if people
        else "No participant's figures are kept.\n"
    )
    return f"""# {spec["name"]}

A personal model: the head of `{part["base"]}`, fine-tuned on {part["faces"]} recorded faces of the
set `{spec["data"]["name"]}`. The features below the head are those of `{part["base"]}`, unchanged.

Held-out accuracy ({part["held_out"]}): {part["after"]:.1%}, base model {part["before"]:.1%}
(n = {part["faces"]}).

{table}
**For**: people and cameras like those of the set. **Not for**: saying what a person feels, or
deciding anything about them. With few participants these figures say little about others.
Inferring emotions of people at work or in education is prohibited in the EU
(Regulation 2024/1689, Art. 5(1)(f)).
"""
