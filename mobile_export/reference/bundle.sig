{"key_id": "DEVELOPMENT-ONLY", "algorithm": "Ed25519", "signature": "KqtQixjkEEQ6XYHuJGQtw5apfk57LSNmnXhWxAC7vwuMLlCqIK7vizdirZPjeQaWlWK/87P4EupGlTyJJgGOCQ=="}
