// One client at a time in a folder: no two write over each other's history, or renew each other's login.
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Holds a folder for as long as it lives; the system lets go of it too, when the process ends.
final class Home: Sendable {
    private let descriptor: Int32

    /// Makes the folder where there is none. Throws `Trouble`: `in-use`, `storage`.
    init(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Trouble("storage", "\(folder.lastPathComponent) cannot be made: \(error.localizedDescription)")
        }
        descriptor = try Home.locked(folder.appendingPathComponent("lock"))
    }

    deinit { close(descriptor) }

    private static func locked(_ file: URL) throws -> Int32 {
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Files.failure("open") }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        throw Trouble("in-use", "another client has this folder open: use that one, or close it first")
    }
}
