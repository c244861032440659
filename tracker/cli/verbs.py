"""The verbs of the command line and its first page of help: known without importing anything, so `tracker --help` costs little more than Python."""

VERBS = {
    "init": ("init", "Write a commented feeds.toml for your role."),
    "follow": ("follow", "Follow an address, a handle, a venue, a list."),
    "unfollow": ("follow", "Stop following; what is stored stays."),
    "sync": ("sync", "Fetch what you follow, embed it and index it."),
    "search": ("search", "Search papers and posts by word and by meaning."),
    "watch": ("watch", "Save a search and hear once of what newly matches it."),
    "trends": ("trends", "Show which topics rise, with the evidence."),
    "topic": ("topic", "Show all that is stored of one topic."),
    "conference": ("conference", "Show an edition of a conference, ranked for you."),
    "digest": ("digest", "Write the summary of a week."),
    "brief": ("digest", "Write the summary of a day."),
    "deliver": ("deliver", "Send the summary of the week, once, by mail or otherwise."),
    "schedule": ("schedule", "Deliver at fixed times, by systemd, launchd or cron."),
    "show": ("show", "Show items whole."),
    "open": ("show", "Open an item in the browser."),
    "import": ("files", "Bring in files of JSON lines or OPML, or the starter library."),
    "export": ("export", "Write what you follow as OPML, or a saved search as an Atom file."),
    "enrich": ("enrich", "Ask for citation counts of papers, on demand."),
    "index": ("index", "Embed what is pending and bring the index up to date."),
    "sources": ("sources", "Show how each source is doing, or try them."),
    "eval": ("evaluate", "Measure search on questions whose answers are known."),
    "doctor": ("doctor", "Check the home, the model and the index."),
    "backup": ("doctor", "Copy the database safely while it is in use."),
    "demo": ("demo", "Run the whole job on made-up weeks, without a network."),
}
"""Verb → (file in this folder, one line of help)."""


def help_text() -> str:
    """Return the first page of help."""
    verbs = "\n".join(f"  {name:11} {text}" for name, (_, text) in VERBS.items())
    return f"""Usage: tracker [--home DIRECTORY] [COMMAND] [ARGUMENTS]...

  Papers and what the field says about them. Without a command, the terminal
  UI opens.

Options:
  --home DIRECTORY  The folder with feeds.toml and index/.
  --plain           The terminal UI in words, a line each, for screen readers.
  --version         Show the version and exit.
  -h, --help        Show this message and exit.

Commands ('tracker COMMAND --help' tells more):
{verbs}
"""
