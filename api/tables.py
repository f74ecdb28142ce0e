"""The tables. A change here needs a step in `migrations`, which brings existing databases to the same."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

database = DatabaseProxy()


class Table(Model):
    """Base of all tables."""

    class Meta:
        database = database


class Account(Table):
    id = CharField(primary_key=True)
    email = CharField(unique=True)
    password_hash = CharField()
    created_at = BigIntegerField()
    consent_sync = IntegerField(default=0)  # version of the text agreed to, 0 for none
    consent_heatmap = IntegerField(default=0)


class RecoveryCode(Table):
    """The one-time code that sets a new password; only its hash."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    code_hash = CharField()
    made_at = BigIntegerField()


class ConsentChange(Table):
    """What was agreed to and when, never changed; version 0 is a withdrawal."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    purpose = CharField()
    version = IntegerField()
    at = BigIntegerField()


class Device(Table):
    """One device login. `seen` is the newest generation whose access token came back to us."""

    id = CharField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(default="")
    platform = CharField(default="")
    created_at = BigIntegerField()
    last_used = BigIntegerField()
    generation = IntegerField(default=1)
    rotated_at = BigIntegerField()
    seen = IntegerField(default=0)


class SyncHead(Table):
    """Where an account's history stands; `count` and `xor` (folded hashes, 16 hex digits) are of live records."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    epoch = CharField()
    seq = BigIntegerField(default=0)
    count = BigIntegerField(default=0)
    xor = CharField(default="0" * 16)
    tombstones = BigIntegerField(default=0)


class Record(Table):
    """One immutable record, or the tombstone that replaced it (`body` is empty then)."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    id = CharField()
    seq = BigIntegerField()
    tombstone = BooleanField(default=False)
    content_hash = CharField(default="")
    body = TextField(default="")
    received_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("account", "id")
        indexes = ((("account", "seq"), True),)


class HeatmapJob(Table):
    """One request for heatmaps. The row is the truth; `photo` is sealed and goes with the result."""

    id = CharField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    key = CharField()
    attributes = TextField()
    method = CharField(default="gradcam")
    detail = IntegerField(default=1)
    status = CharField(default="queued", index=True)
    attempts = IntegerField(default=0)
    lease_until = BigIntegerField(default=0)
    created_at = BigIntegerField()
    photo = BlobField(null=True)
    result = TextField(null=True)
    problem = TextField(null=True)

    class Meta:
        indexes = ((("account", "key"), True),)


class HeatmapLayer(Table):
    job = ForeignKeyField(HeatmapJob, on_delete="CASCADE")
    attribute = CharField()
    png = BlobField()

    class Meta:
        primary_key = CompositeKey("job", "attribute")


class Beat(Table):
    """Who wrote last, and when; `beats` has the ids."""

    id = IntegerField(primary_key=True)
    at = BigIntegerField()

    class Meta:
        table_name = "workerbeat"


class ModelDownload(Table):
    """How often the end of a model file was asked for; it says nothing of who asked."""

    sha256 = CharField(primary_key=True)
    times = BigIntegerField()


TABLES = (
    Account,
    RecoveryCode,
    ConsentChange,
    Device,
    SyncHead,
    Record,
    HeatmapJob,
    HeatmapLayer,
    Beat,
    ModelDownload,
)
