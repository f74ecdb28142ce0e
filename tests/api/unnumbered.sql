-- The tables of before schemas were numbered, as SQLite listed them.
CREATE TABLE "account" ("id" VARCHAR(255) NOT NULL PRIMARY KEY, "email" VARCHAR(255) NOT NULL, "password_hash" VARCHAR(255) NOT NULL, "created_at" INTEGER NOT NULL, "consent_sync" INTEGER NOT NULL, "consent_heatmap" INTEGER NOT NULL);
CREATE UNIQUE INDEX "account_email" ON "account" ("email");
CREATE TABLE "device" ("id" VARCHAR(255) NOT NULL PRIMARY KEY, "account_id" VARCHAR(255) NOT NULL, "name" VARCHAR(255) NOT NULL, "platform" VARCHAR(255) NOT NULL, "created_at" INTEGER NOT NULL, "last_used" INTEGER NOT NULL, "generation" INTEGER NOT NULL, "rotated_at" INTEGER NOT NULL, "seen" INTEGER NOT NULL, FOREIGN KEY ("account_id") REFERENCES "account" ("id") ON DELETE CASCADE);
CREATE INDEX "device_account_id" ON "device" ("account_id");
CREATE TABLE "heatmapjob" ("id" VARCHAR(255) NOT NULL PRIMARY KEY, "account_id" VARCHAR(255) NOT NULL, "key" VARCHAR(255) NOT NULL, "attributes" VARCHAR(255) NOT NULL, "status" VARCHAR(255) NOT NULL, "attempts" INTEGER NOT NULL, "lease_until" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "photo" BLOB, "result" TEXT, "problem" TEXT, FOREIGN KEY ("account_id") REFERENCES "account" ("id") ON DELETE CASCADE);
CREATE INDEX "heatmapjob_account_id" ON "heatmapjob" ("account_id");
CREATE INDEX "heatmapjob_status" ON "heatmapjob" ("status");
CREATE UNIQUE INDEX "heatmapjob_account_id_key" ON "heatmapjob" ("account_id", "key");
CREATE TABLE "heatmaplayer" ("job_id" VARCHAR(255) NOT NULL, "attribute" VARCHAR(255) NOT NULL, "png" BLOB NOT NULL, PRIMARY KEY ("job_id", "attribute"), FOREIGN KEY ("job_id") REFERENCES "heatmapjob" ("id") ON DELETE CASCADE);
CREATE INDEX "heatmaplayer_job_id" ON "heatmaplayer" ("job_id");
CREATE TABLE "record" ("account_id" VARCHAR(255) NOT NULL, "id" VARCHAR(255) NOT NULL, "seq" INTEGER NOT NULL, "tombstone" INTEGER NOT NULL, "content_hash" VARCHAR(255) NOT NULL, "body" TEXT NOT NULL, "received_at" INTEGER NOT NULL, PRIMARY KEY ("account_id", "id"), FOREIGN KEY ("account_id") REFERENCES "account" ("id") ON DELETE CASCADE);
CREATE INDEX "record_account_id" ON "record" ("account_id");
CREATE UNIQUE INDEX "record_account_id_seq" ON "record" ("account_id", "seq");
CREATE TABLE "synchead" ("account_id" VARCHAR(255) NOT NULL PRIMARY KEY, "epoch" VARCHAR(255) NOT NULL, "seq" INTEGER NOT NULL, "count" INTEGER NOT NULL, "xor" VARCHAR(255) NOT NULL, FOREIGN KEY ("account_id") REFERENCES "account" ("id") ON DELETE CASCADE);
CREATE TABLE "workerbeat" ("id" INTEGER NOT NULL PRIMARY KEY, "at" INTEGER NOT NULL);
