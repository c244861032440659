"""`tracker show` and `tracker open`."""

import dataclasses

import click

from tracker import identity
from tracker.cli.common import line_json, print_item, print_json, session_of
from tracker.errors import NotFoundError, TrackerError
from tracker.hub.talk import in_words
from tracker.models import Item, Thread
from tracker.session import Session
from tracker.text import clean_line


@click.command("show", help="Show items whole, by id or any other name: arXiv id, DOI, web address.")
@click.argument("names", nargs=-1, required=True, metavar="ID...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--bibtex", "as_bibtex", is_flag=True, help="BibTeX entries.")
@click.pass_context
def show_command(context: click.Context, names: tuple[str, ...], as_json: bool, as_bibtex: bool) -> None:
    """Show each item; a name that leads to nothing is said and makes the exit status 1."""
    session = session_of(context)
    missing = []
    for name in names:
        try:
            item = session.reader.item(name)
        except NotFoundError as error:
            missing.append(error)
            click.echo(f"tracker: {error}", err=True)
            continue
        if as_json:
            print_json(item_json(session, item))
        elif as_bibtex:
            click.echo(session.bibtex(item))
        else:
            print_item(item)
            _print_hub(session, item)
    if missing:
        context.exit(1)


def item_json(session: Session, item: Item) -> dict[str, object]:
    """Return an item as programs read it; a mention holds every identifier of its paper."""
    fields: dict[str, object] = {
        field.name: getattr(item, field.name) for field in dataclasses.fields(item) if field.name != "row"
    }
    mentions = []
    for mention in item.mentions:
        try:
            paper = session.reader.item(mention.identifier)
            names, title = paper.identifiers, paper.title
        except NotFoundError:
            names, title = (mention.identifier,), ""
        mentions.append(
            {"identifiers": list(names), "how": mention.how, "confidence": mention.confidence, "title": title}
        )
    fields["mentions"] = mentions
    fields["posts"] = [line_json(line) for line in session.reader.posts_about(item.row)] if item.kind == "paper" else []
    fields["talk"] = session.reader.talk_about([item.row], session.clock().date()).get(item.row)
    thread = session.reader.thread_of(item.row)
    posts = [{"depth": depth, **line_json(line)} for depth, line in thread.posts]
    fields["thread"] = {"posts": posts, "missing": thread.missing}
    fields["told_elsewhere"] = [line.id for line in session.reader.told_elsewhere(item.row)]
    return fields


def _print_hub(session: Session, item: Item) -> None:
    lines = session.reader.posts_about(item.row) if item.kind == "paper" else session.reader.papers_of(item.row)
    elsewhere = [] if item.kind == "paper" else session.reader.told_elsewhere(item.row)
    if lines:
        click.echo()
        talk = session.reader.talk_about([item.row], session.clock().date()).get(item.row)
        about = f"Posts about it ({in_words(talk)}):" if talk else "Papers it names:"
        click.echo(about)
        for line in lines:
            click.echo(f"  {line.date[:10]} {line.byline}: {line.title}")
    _print_thread(session.reader.thread_of(item.row), item)
    if item.kind == "post" and item.links:
        click.echo()
        click.echo("Links:")
        for link in item.links[:30]:
            click.echo(f"  {clean_line(link, 500)}")
    if elsewhere:
        click.echo()
        click.echo("Also told at:")
        for line in elsewhere:
            click.echo(f"  {line.date[:10]} {line.origin}: {line.title} ({line.id})")


def _print_thread(thread: Thread, item: Item) -> None:
    if thread.posts or thread.missing:
        click.echo()
        click.echo("Thread:")
    if thread.missing:
        click.echo(f"  it answers {clean_line(thread.missing)}, which is not stored")
    for depth, line in thread.posts:
        here = "> " if line.row == item.row else "  "
        click.echo(f"{here}{'  ' * depth}{line.date[:10]} {line.byline}: {line.title}")


@click.command("open", help="Open an item in the browser.")
@click.argument("name", metavar="ID")
@click.option("--pdf", is_flag=True, help="Its PDF.")
@click.pass_context
def open_command(context: click.Context, name: str, pdf: bool) -> None:
    """Open the address of an item; only http and https are opened."""
    item = session_of(context).reader.item(name)
    url = item.pdf_url if pdf else item.url
    if not identity.is_web_address(url):
        raise TrackerError(f"{item.id} has no {'PDF' if pdf else 'web'} address.")
    if click.launch(url) != 0:
        raise TrackerError(f"No browser could be started for {url}.")
