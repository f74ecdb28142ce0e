// What the screens show, and what their buttons do.
#if canImport(SwiftUI)
    import Foundation
    import SkinScoreCore
    import SwiftUI

    struct ConsentText: Equatable {
        let version: Int
        let text: String
    }

    @MainActor
    final class ScreenModel: ObservableObject {
        @Published var part = 0
        @Published var result: GradedPhoto?
        @Published var description: BundleDescription?
        @Published var version = ""
        @Published var history: [Record] = []
        @Published var notes: [String: String] = [:]
        @Published var unsent: Set<String> = []
        @Published var guestRecords = 0
        @Published var signedIn = false
        @Published var busy = false
        @Published var message: String?
        /// Shown once, until its owner has written it down.
        @Published var recoveryCode: String?
        /// The text that the server asks to agree to, while it is shown.
        @Published var asked: ConsentText?

        let client: SkinScoreClient

        init(_ client: SkinScoreClient) {
            self.client = client
        }

        /// Do something; while it goes on the screen says so, and afterwards shows what is true then.
        func perform(_ work: @escaping @Sendable (SkinScoreClient) async throws -> String?) async {
            busy = true
            message = nil
            do {
                message = try await work(client)
            } catch {
                message = Words.of(error)
            }
            await show()
            busy = false
        }

        func grade(_ photo: Data) async {
            busy = true
            message = nil
            do {
                result = try await client.grade(photo, part: part)
            } catch {
                message = Words.of(error)
            }
            await show()
            busy = false
        }

        func sync() async {
            await perform { client in
                let outcome = try await client.sync()
                return Words.of(outcome.complete ? "status.synced" : "status.unsent")
            }
        }

        func signIn(_ how: SignIn, _ who: Credentials) async {
            busy = true
            message = nil
            do {
                recoveryCode = try await client.signIn(how, who, adopt: true)
            } catch {
                message = Words.of(error)
            }
            await show()
            busy = false
        }

        func update() async {
            await perform { client in
                switch try await client.update() {
                case .taken(let version): return Words.of("account.modelTaken", version)
                case .current: return Words.of("account.modelSame")
                case .later: return Words.of("account.modelLater")
                }
            }
        }

        func trend(_ attribute: String, _ part: Int?, _ size: Trend.BucketSize) async -> Trend {
            await client.trend(attribute, part: part, by: size)
        }

        /// Show the text of the consent to keep the history on the server.
        func askForConsent() async {
            do {
                let text = try await client.consentText("sync")
                asked = ConsentText(version: text.version, text: text.text)
            } catch {
                message = Words.of(error)
            }
        }

        var asksForConsent: Bool {
            get { asked != nil }
            set { if !newValue { asked = nil } }
        }

        var showsRecoveryCode: Bool {
            get { recoveryCode != nil }
            set { if !newValue { recoveryCode = nil } }
        }

        /// Read everything anew from the history on this device.
        func show() async {
            history = await client.history()
            notes = await client.store.notes
            unsent = await client.store.unsentIds
            guestRecords = await client.guestRecords()
            signedIn = (try? await client.server.isSignedIn()) ?? false
            guard let bundle = try? await client.bundle() else { return }
            description = bundle.description
            version = bundle.offer.version
        }
    }
#endif
