{"key_id": "DEVELOPMENT-ONLY", "algorithm": "Ed25519", "signature": "8z/1IcuPCaXVT6W4sh85JkseTOqqx5//Dk7f9c3zf802t6ZNAZRqOvclqS32qzpsNMt74JQHU+846Vnzbdm+AA=="}
