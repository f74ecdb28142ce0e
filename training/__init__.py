"""Learn to grade skin: data, synthetic skin, the network, losses, metrics, decoding, reports."""
