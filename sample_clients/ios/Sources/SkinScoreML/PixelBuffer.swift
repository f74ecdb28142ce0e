// The model's input as a CVPixelBuffer, filled from our own bytes: nothing else scales, crops or converts it.
#if canImport(CoreML)
    import CoreVideo
    import Foundation
    import SkinScoreCore

    enum PixelBuffer {
        /// A 32BGRA buffer, size x size, of RGB bytes in row, column, channel order. Throws `Trouble`.
        static func filled(_ pixels: [UInt8], _ size: Int) throws -> CVPixelBuffer {
            guard pixels.count == size * size * 3 else { throw impossible }
            var made: CVPixelBuffer?
            let asked = [kCVPixelBufferIOSurfacePropertiesKey as String: [String: Any]()] as CFDictionary
            let status = CVPixelBufferCreate(kCFAllocatorDefault, size, size, kCVPixelFormatType_32BGRA, asked, &made)
            guard status == kCVReturnSuccess, let buffer = made else { throw impossible }
            guard CVPixelBufferLockBaseAddress(buffer, []) == kCVReturnSuccess else { throw impossible }
            defer { CVPixelBufferUnlockBaseAddress(buffer, []) }
            guard let base = CVPixelBufferGetBaseAddress(buffer) else { throw impossible }
            let bytes = base.assumingMemoryBound(to: UInt8.self)
            let stride = CVPixelBufferGetBytesPerRow(buffer)  // may be more than 4 * size
            for row in 0..<size {
                for column in 0..<size {
                    let (from, to) = ((row * size + column) * 3, row * stride + column * 4)
                    bytes[to] = pixels[from + 2]
                    bytes[to + 1] = pixels[from + 1]
                    bytes[to + 2] = pixels[from]
                    bytes[to + 3] = 255
                }
            }
            return buffer
        }

        private static let impossible = Trouble("does-not-run", "no memory for the model's input: close other apps")
    }
#endif
