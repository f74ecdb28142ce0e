// Write files so that each appears whole or not at all.
import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What must appear whole on disk, or not at all.
public enum Files {
    /// Write beside the target, flush to disk, rename, flush the folder. A full disk leaves the old file, or none.
    static func writeAtomically(_ data: Data, to file: URL) throws {
        let folder = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Always the same name, so that what a process left there that was killed does not stay.
        let unfinished = folder.appendingPathComponent(".\(file.lastPathComponent).unfinished")
        do {
            try data.write(to: unfinished)
            try keepPrivate(unfinished)
            try flush(unfinished)
            try replace(file, by: unfinished)
        } catch {
            try? FileManager.default.removeItem(at: unfinished)
            throw named(error)
        }
    }

    /// Put what is whole in its place, and make the new name last.
    static func replace(_ file: URL, by whole: URL) throws {
        guard rename(whole.path, file.path) == 0 else { throw failure("rename") }
        try flush(file.deletingLastPathComponent())
    }

    /// Add to the end of a file, and to the disk. Throws `Trouble` when the disk is full.
    static func append(_ data: Data, to file: URL) throws {
        do {
            if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            try handle.seekToEnd()
            try handle.write(contentsOf: data)
            try handle.synchronize()
        } catch {
            throw named(error)
        }
    }

    /// Bytes of a file, 0 where there is none.
    static func size(_ file: URL) -> Int {
        let held = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (held?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// Bytes that are free where the folder lies; nil where the system does not say.
    static func free(_ folder: URL) -> Int? {
        let held = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        return (held?[.systemFreeSize] as? NSNumber)?.intValue
    }

    /// What can be fetched again is not worth room in a backup.
    public static func leaveOutOfBackups(_ folder: URL) {
        #if canImport(Darwin)
            var place = folder
            var values = URLResourceValues()
            values.isExcludedFromBackup = true
            try? place.setResourceValues(values)
        #endif
    }

    /// Readable by its owner alone; on iOS encrypted until the device was unlocked once, so that a background sync
    /// works.
    private static func keepPrivate(_ file: URL) throws {
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        #if os(iOS)
            attributes[.protectionKey] = FileProtectionType.completeUntilFirstUserAuthentication
        #endif
        try FileManager.default.setAttributes(attributes, ofItemAtPath: file.path)
    }

    private static func flush(_ place: URL) throws {
        let descriptor = open(place.path, O_RDONLY)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync") }
    }

    /// A full disk as the `Trouble` that it is; any other error as it came.
    private static func named(_ error: any Error) -> any Error {
        guard let known = error as? CocoaError, known.code == .fileWriteOutOfSpace else { return error }
        return Trouble("no-room", "no room is left on the disk: make room, try again; what was saved before is safe")
    }

    static func failure(_ what: String) -> Trouble {
        let code = errno == ENOSPC || errno == EDQUOT ? "no-room" : "storage"
        return Trouble(code, "\(what): \(String(cString: strerror(errno))); what was saved before is safe")
    }
}
