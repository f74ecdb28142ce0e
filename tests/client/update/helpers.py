"""A client that was started again, or already took an update."""

from sample_clients.python.client import Client


def reopened(client: Client) -> Client:
    """The client as after a restart."""
    client.store.close()
    again = Client(client.models.shipped, client.store.path.parent, client.server.url)
    client.store.db = again.store.db  # so that the fixture closes it
    return again


def at_two(client: Client, publish) -> None:
    publish(2, number=5)
    client.update()
