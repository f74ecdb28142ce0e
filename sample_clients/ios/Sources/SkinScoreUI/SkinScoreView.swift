// The whole app as one view: grade, history, trend, account.
#if canImport(SwiftUI)
    import SkinScoreCore
    import SwiftUI

    public struct SkinScoreView: View {
        @StateObject private var model: ScreenModel
        @Environment(\.scenePhase) private var phase

        public init(_ client: SkinScoreClient) {
            _model = StateObject(wrappedValue: ScreenModel(client))
        }

        public var body: some View {
            TabView {
                GradeView(model: model).tabItem { Label(Words.of("nav.grade"), systemImage: "camera") }
                HistoryView(model: model).tabItem { Label(Words.of("nav.history"), systemImage: "list.bullet") }
                TrendView(model: model).tabItem { Label(Words.of("nav.trend"), systemImage: "chart.xyaxis.line") }
                AccountView(model: model).tabItem { Label(Words.of("nav.account"), systemImage: "person") }
            }
            .task { await model.show() }
            .onChange(of: phase) { _, now in
                if now == .active && model.signedIn { Task { await model.sync() } }
            }
        }
    }

    /// What went wrong or well, and that something goes on.
    struct StatusLine: View {
        @ObservedObject var model: ScreenModel

        var body: some View {
            if model.busy { ProgressView().frame(maxWidth: .infinity) }
            if let message = model.message {
                Text(message).font(.callout).foregroundStyle(.secondary).accessibilityAddTraits(.updatesFrequently)
            }
        }
    }
#endif
