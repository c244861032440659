"""The demonstration: a starter library, twelve made-up weeks, and a loopback server that answers as the real services do."""
