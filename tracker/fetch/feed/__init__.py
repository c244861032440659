"""RSS, Atom and JSON Feed, found from the page of a site where need be."""
