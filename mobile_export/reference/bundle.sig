{"key_id": "DEVELOPMENT-ONLY", "algorithm": "Ed25519", "signature": "0DrGkvkudah2S+6kRLPgwqe41ORU/m4soT+xpKZdKUZZFLA/n9EsYtvX/8THaxBxFFU/5edjy0R0egZc6cDOCw=="}
