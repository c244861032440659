"""The paper as the hub: titles in words, stories in several places, machines among voices, talk. Pure."""
