// Where the refresh token lives: on Apple's systems in the Keychain of this device, never in a backup.
import Foundation

#if canImport(Security)
    import Security
#endif

/// Keeps one secret over restarts. What `write` reports as done is kept.
public protocol Secrets: Sendable {
    func read() throws -> String?
    /// Nil takes it away.
    func write(_ secret: String?) throws
}

/// A file that only its owner can read, for machines without a Keychain.
public struct FileSecrets: Secrets {
    private let file: URL

    public init(home: URL) {
        file = home.appendingPathComponent("login")
    }

    public func read() throws -> String? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }

    public func write(_ secret: String?) throws {
        if let secret {
            try Files.writeAtomically(Data(secret.utf8), to: file)
        } else if FileManager.default.fileExists(atPath: file.path) {
            try FileManager.default.removeItem(at: file)
        }
    }
}

#if canImport(Security)
    /// An item that is readable after the first unlock and stays on this device.
    public struct KeychainSecrets: Secrets {
        private let service: String

        /// `service` names the item, such as the app's bundle id.
        public init(service: String) {
            self.service = service
        }

        public func read() throws -> String? {
            var found: CFTypeRef?
            var query = item
            query[kSecReturnData as String] = true
            let status = SecItemCopyMatching(query as CFDictionary, &found)
            if status == errSecItemNotFound { return nil }
            guard status == errSecSuccess, let data = found as? Data else { throw failure(status) }
            return String(decoding: data, as: UTF8.self)
        }

        public func write(_ secret: String?) throws {
            guard let secret else {
                let status = SecItemDelete(item as CFDictionary)
                guard status == errSecSuccess || status == errSecItemNotFound else { throw failure(status) }
                return
            }
            let value: [String: Any] = [
                kSecValueData as String: Data(secret.utf8),
                kSecAttrAccessible as String: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
            ]
            var status = SecItemUpdate(item as CFDictionary, value as CFDictionary)
            if status == errSecItemNotFound {
                status = SecItemAdd(item.merging(value) { _, new in new } as CFDictionary, nil)
            }
            guard status == errSecSuccess else { throw failure(status) }
        }

        private var item: [String: Any] {
            [
                kSecClass as String: kSecClassGenericPassword,
                kSecAttrService as String: service,
                kSecAttrAccount as String: "refresh-token",
            ]
        }

        private func failure(_ status: OSStatus) -> Trouble {
            Trouble("storage", "the Keychain answered \(status); unlock the device and try again")
        }
    }
#endif
