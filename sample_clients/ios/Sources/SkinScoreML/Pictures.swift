// Bytes as pictures: the graded square, its lossless PNG for the server, heat layers.
#if canImport(CoreML)
    import CoreGraphics
    import Foundation
    import ImageIO
    import SkinScoreCore

    public enum Pictures {
        /// The model's input (S x S x 3) as a picture.
        public static func square(_ pixels: [UInt8], _ size: Int) -> CGImage? {
            picture(pixels, size, channels: 3, .none)
        }

        /// One attribute's heat layer, side x side, transparent where nothing was seen.
        public static func heat(_ heat: [Float], scale: Double, side: Int = 512) -> CGImage? {
            picture(Heat.layer(heat, scale: scale, side: side), side, channels: 4, .last)
        }

        /// What may be sent to the server after consent. Throws `Trouble`.
        public static func png(_ pixels: [UInt8], _ size: Int) throws -> Data {
            let data = NSMutableData()
            guard let image = square(pixels, size),
                let target = CGImageDestinationCreateWithData(data as CFMutableData, "public.png" as CFString, 1, nil)
            else { throw Trouble("storage", "no picture could be made of the graded square") }
            CGImageDestinationAddImage(target, image, nil)
            guard CGImageDestinationFinalize(target) else {
                throw Trouble("storage", "no picture could be made of the graded square")
            }
            return data as Data
        }

        private static func picture(
            _ bytes: [UInt8], _ side: Int, channels: Int, _ alpha: CGImageAlphaInfo
        ) -> CGImage? {
            guard bytes.count == side * side * channels, let srgb = CGColorSpace(name: CGColorSpace.sRGB),
                let provider = CGDataProvider(data: Data(bytes) as CFData)
            else { return nil }
            return CGImage(
                width: side, height: side, bitsPerComponent: 8, bitsPerPixel: 8 * channels,
                bytesPerRow: side * channels,
                space: srgb, bitmapInfo: CGBitmapInfo(rawValue: alpha.rawValue), provider: provider, decode: nil,
                shouldInterpolate: false, intent: .relativeColorimetric)
        }
    }
#endif
