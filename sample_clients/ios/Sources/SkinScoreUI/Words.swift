// The words of the screen, from Localizable.strings in Korean and English.
#if canImport(SwiftUI)
    import Foundation
    import SkinScoreCore

    enum Words {
        /// The words for a key.
        static func of(_ key: String) -> String {
            Bundle.module.localizedString(forKey: key, value: key, table: nil)
        }

        /// The words for a key with values in their places.
        static func of(_ key: String, _ values: any CVarArg...) -> String {
            String(format: of(key), arguments: values)
        }

        /// What to show for an error: its own words where the table has some, else its English sentence.
        static func of(_ error: any Error) -> String {
            guard let trouble = error as? Trouble else { return of("error.unexpected") }
            return Bundle.module.localizedString(forKey: "error.\(trouble.code)", value: trouble.sentence, table: nil)
        }

        /// An attribute's name in the language of the screen.
        static func name(_ attribute: BundleDescription.Attribute) -> String {
            isKorean ? attribute.ko : attribute.en
        }

        private static var isKorean: Bool {
            Bundle.module.preferredLocalizations.first?.hasPrefix("ko") ?? false
        }
    }
#endif
