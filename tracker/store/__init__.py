"""The one database: items, identifiers, sightings, mentions, marks, full text, vectors, change log, source state, runs."""
