{"key_id": "DEVELOPMENT-ONLY", "algorithm": "Ed25519", "signature": "MEc1kBdNIH/oBjmyYn5RWz5C8Ky0z54a39g7ABGoxm+ICTSQ0E5q94YIWsL0kzsvsFY7v/q8+7D/GCeyT3//CQ=="}
