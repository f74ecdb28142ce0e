"""Sample clients: each reads only the bundle and HTTP, and can be copied out of here alone."""
