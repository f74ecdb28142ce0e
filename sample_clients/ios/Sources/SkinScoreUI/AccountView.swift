// The account that keeps a history safe: sign in, sync, consent, delete, and look for a newer model.
#if canImport(SwiftUI)
    import SkinScoreCore
    import SwiftUI

    struct AccountView: View {
        @ObservedObject var model: ScreenModel

        var body: some View {
            NavigationStack {
                Form {
                    StatusLine(model: model)
                    if model.signedIn { SignedInSections(model: model) } else { SignInSections(model: model) }
                    Section(Words.of("account.device")) {
                        Text(Words.of("account.model", model.version))
                        Button(Words.of("account.modelCheck")) { Task { await model.update() } }
                    }
                }
                .navigationTitle(Words.of("account.title"))
                .disabled(model.busy)
            }
            .alert(Words.of("account.codeTitle"), isPresented: $model.showsRecoveryCode) {
                Button(Words.of("account.codeDone")) { model.recoveryCode = nil }
            } message: {
                Text("\(model.recoveryCode ?? "")\n\(Words.of("account.codeLead"))")
            }
        }
    }

    private struct SignInSections: View {
        @ObservedObject var model: ScreenModel
        @State private var how = SignIn.login
        @State private var email = ""
        @State private var password = ""
        @State private var code = ""
        @State private var adopts = false

        var body: some View {
            Section {
                Picker(Words.of("account.title"), selection: $how) {
                    Text(Words.of("account.login")).tag(SignIn.login)
                    Text(Words.of("account.register")).tag(SignIn.register)
                    Text(Words.of("account.recover")).tag(SignIn.recover)
                }
                TextField(Words.of("account.email"), text: $email)
                    #if os(iOS)
                        .textContentType(.username)
                        .keyboardType(.emailAddress)
                        .textInputAutocapitalization(.never)
                    #endif
                SecureField(Words.of(how == .recover ? "account.newPassword" : "account.password"), text: $password)
                if how == .recover { TextField(Words.of("account.code"), text: $code) }
                if model.guestRecords > 0 { Toggle(Words.of("account.adoptLead", model.guestRecords), isOn: $adopts) }
                Button(Words.of("account.go")) { Task { await go() } }.disabled(!isComplete)
            } header: {
                Text(Words.of("account.guest"))
            } footer: {
                Text(Words.of("account.guestLead"))
            }
        }

        private var isComplete: Bool {
            !email.isEmpty && !password.isEmpty && (how != .recover || !code.isEmpty)
                && (model.guestRecords == 0 || adopts)
        }

        private func go() async {
            let who = Credentials(
                email: email, password: password, device: Words.of("account.thisDevice"),
                code: how == .recover ? code : nil)
            await model.signIn(how, who)
            password = ""
        }
    }

    private struct SignedInSections: View {
        @ObservedObject var model: ScreenModel
        @State private var password = ""

        var body: some View {
            Section {
                Text(Words.of("status.unsentCount", model.unsent.count))
                Button(Words.of("account.sync")) { Task { await model.sync() } }
                Button(Words.of("account.consent.sync")) { Task { await model.askForConsent() } }
                Button(Words.of("account.out")) {
                    Task {
                        await model.perform { client in
                            _ = try await client.signOut()
                            return nil
                        }
                    }
                }
            }
            .confirmationDialog(
                model.asked?.text ?? "", isPresented: $model.asksForConsent, titleVisibility: .visible,
                presenting: model.asked
            ) { said in
                Button(Words.of("consent.agree")) { answer(said.version) }
                Button(Words.of("consent.withdraw"), role: .destructive) { answer(0) }
            }
            Section {
                SecureField(Words.of("account.confirm"), text: $password)
                Button(Words.of("account.delete"), role: .destructive) { delete() }.disabled(password.isEmpty)
            } footer: {
                Text(Words.of("account.deleteLead"))
            }
        }

        private func answer(_ version: Int) {
            Task {
                await model.perform { client in
                    try await client.consent(["sync": version])
                    return nil
                }
            }
        }

        private func delete() {
            let given = password
            password = ""
            Task {
                await model.perform { client in
                    try await client.deleteAccount(password: given)
                    return nil
                }
            }
        }
    }
#endif
