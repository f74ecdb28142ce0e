// Step 1 of the preprocessing contract on Apple's systems: decode, orientation, sRGB, transparency over white.
#if canImport(CoreML)
    import CoreGraphics
    import Foundation
    import ImageIO
    import SkinScoreCore

    public enum Photo {
        static let mostPixels = 50_000_000
        static let longestSide = 12_000  // px

        /// Upright 8-bit sRGB pixels of a JPEG, PNG, HEIC or WebP file. Throws `Trouble`.
        public static func decode(_ file: Data) throws -> Pixels {
            if Jpeg.isCutOff(file) { throw unreadable }
            let options = [kCGImageSourceShouldCache as String: false] as CFDictionary
            guard let source = CGImageSourceCreateWithData(file as CFData, options),
                let about = CGImageSourceCopyPropertiesAtIndex(source, 0, options) as? [String: Any],
                let width = about[kCGImagePropertyPixelWidth as String] as? Int,
                let height = about[kCGImagePropertyPixelHeight as String] as? Int
            else { throw unreadable }
            guard width * height <= mostPixels, max(width, height) <= longestSide else {
                throw Trouble("photo-too-large", "the photo is larger than 50 megapixels: take a smaller one")
            }
            guard let image = CGImageSourceCreateImageAtIndex(source, 0, options) else { throw unreadable }
            let orientation = about[kCGImagePropertyOrientation as String] as? Int ?? 1
            return try drawn(image).upright(orientation)
        }

        /// Drawn pixel for pixel over white; the turn is made afterwards, by moving whole pixels.
        private static func drawn(_ image: CGImage) throws -> Pixels {
            let (width, height) = (image.width, image.height)
            guard let srgb = CGColorSpace(name: CGColorSpace.sRGB) else { throw unreadable }
            var bytes = [UInt8](repeating: 255, count: width * height * 4)
            let done = bytes.withUnsafeMutableBytes { place -> Bool in
                guard
                    let context = CGContext(
                        data: place.baseAddress, width: width, height: height, bitsPerComponent: 8,
                        bytesPerRow: width * 4,
                        space: srgb, bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
                else { return false }
                context.interpolationQuality = .none
                context.setRenderingIntent(.relativeColorimetric)
                context.draw(image, in: CGRect(x: 0, y: 0, width: width, height: height))
                return true
            }
            guard done else { throw unreadable }
            return try Pixels(width: width, height: height, channels: 4, bytes: bytes)
        }

        private static let unreadable = Trouble(
            "photo-unreadable", "this file cannot be read as a photo: take it again, or choose another one")
    }
#endif
