{"key_id": "DEVELOPMENT-ONLY", "algorithm": "Ed25519", "signature": "hqDdXqwYnfS0KmrnbgPY2B1TBIrrrdCCrpihMAReNpubpYVmoKsi2xpClrRuVz9sL26nt15DV34vPaBL5T+DBQ=="}
