"""The terminal face: views by number, one list that is virtual, one pane to read in."""
