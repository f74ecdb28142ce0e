// One attribute over time, drawn with Swift Charts from the history on this device.
#if canImport(SwiftUI)
    import Charts
    import SkinScoreCore
    import SwiftUI

    struct TrendView: View {
        @ObservedObject var model: ScreenModel
        @State private var attribute = "oil"
        @State private var part: Int?
        @State private var size = Trend.BucketSize.day
        @State private var trend: Trend?

        var body: some View {
            NavigationStack {
                Form {
                    Section { pickers }
                    Section { chart }
                }
                .navigationTitle(Words.of("trend.title"))
            }
            .task(id: Asked(attribute: attribute, part: part, size: size, scores: model.history.count)) {
                await load()
            }
        }

        private func load() async {
            trend = await model.trend(attribute, part, size)
        }

        /// What the chart depends on.
        private struct Asked: Equatable {
            let attribute: String
            let part: Int?
            let size: Trend.BucketSize
            let scores: Int
        }

        @ViewBuilder private var pickers: some View {
            Picker(Words.of("trend.attribute"), selection: $attribute) {
                ForEach(model.description?.attributes ?? []) { one in Text(Words.name(one)).tag(one.key) }
            }
            Picker(Words.of("trend.part"), selection: $part) {
                Text(Words.of("trend.allParts")).tag(Int?.none)
                ForEach(0..<4, id: \.self) { one in Text(Words.of("part.\(one)")).tag(Int?.some(one)) }
            }
            Picker(Words.of("trend.bucket"), selection: $size) {
                ForEach(Trend.BucketSize.allCases) { one in Text(Words.of("trend.\(one.rawValue)")).tag(one) }
            }
            .pickerStyle(.segmented)
        }

        @ViewBuilder private var chart: some View {
            if let trend, !trend.buckets.isEmpty {
                TrendChart(trend: trend)
                ForEach(trend.modelChanges, id: \.capturedAt) { change in
                    Text(
                        Words.of(
                            "trend.changed", change.bucket, change.from["version"]?.text ?? "",
                            change.to["version"]?.text ?? "")
                    )
                    .font(.footnote)
                }
                if trend.buckets.contains(where: { $0.suspectClock > 0 }) {
                    Text(Words.of("trend.suspect")).font(.footnote)
                }
            } else {
                Text(Words.of("trend.emptyLead"))
            }
        }
    }

    private struct TrendChart: View {
        let trend: Trend

        var body: some View {
            Chart {
                ForEach(trend.buckets) { bucket in
                    RuleMark(
                        x: .value(Words.of("trend.when"), bucket.bucket),
                        yStart: .value(Words.of("trend.span"), Double(bucket.min) / 1000),
                        yEnd: .value(Words.of("trend.span"), Double(bucket.max) / 1000)
                    )
                    .opacity(0.4)
                    LineMark(
                        x: .value(Words.of("trend.when"), bucket.bucket),
                        y: .value(Words.of("trend.mean"), Double(bucket.mean) / 1000))
                    PointMark(
                        x: .value(Words.of("trend.when"), bucket.bucket),
                        y: .value(Words.of("trend.mean"), Double(bucket.mean) / 1000))
                }
                ForEach(trend.modelChanges, id: \.capturedAt) { change in
                    RuleMark(x: .value(Words.of("trend.when"), change.bucket)).lineStyle(StrokeStyle(dash: [4, 4]))
                }
            }
            .chartYScale(domain: 0...4)
            .frame(minHeight: 240)
        }
    }
#endif
