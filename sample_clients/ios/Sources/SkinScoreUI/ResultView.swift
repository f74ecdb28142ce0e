// Five grades of one photo: how sure, and where they were seen.
#if canImport(SwiftUI)
    import SkinScoreCore
    import SkinScoreML
    import SwiftUI

    struct ResultView: View {
        let result: GradedPhoto
        let description: BundleDescription
        @State private var chosen = 0
        @State private var strength = 1.0

        private var grading: Grading { result.grading }

        var body: some View {
            Section(Words.of("result.heat")) {
                HeatPhoto(grading: grading, description: description, chosen: chosen, strength: strength)
                Slider(value: $strength, in: 0...1) { Text(Words.of("result.heatStrength")) }
            }
            Section {
                ForEach(Array(description.attributes.enumerated()), id: \.element.id) { place, attribute in
                    Button {
                        chosen = place
                    } label: {
                        GradeRow(attribute: attribute, graded: grading.attributes[place], isChosen: place == chosen)
                    }
                    .buttonStyle(.plain)
                }
                ForEach(grading.advice, id: \.self) { one in
                    Label(Words.of("advice.\(one.rawValue)"), systemImage: "lightbulb")
                }
            } header: {
                Text(Words.of("result.title"))
            } footer: {
                Text(Words.of("result.rangeWhy", description.coverage) + "\n" + Words.of("result.disclaimer"))
            }
        }
    }

    /// The graded square with one attribute's heat above it.
    private struct HeatPhoto: View {
        let grading: Grading
        let description: BundleDescription
        let chosen: Int
        let strength: Double

        var body: some View {
            ZStack {
                if let square = Pictures.square(grading.pixels, description.size) {
                    Image(decorative: square, scale: 1).resizable().interpolation(.medium)
                }
                if let heat = Pictures.heat(grading.attributes[chosen].heat, scale: description.heatScales[chosen]) {
                    Image(decorative: heat, scale: 1).resizable().opacity(strength)
                }
            }
            .aspectRatio(1, contentMode: .fit)
            .accessibilityElement()
            .accessibilityLabel(Words.of("result.heatAlt", Words.name(description.attributes[chosen])))
        }
    }

    private struct GradeRow: View {
        let attribute: BundleDescription.Attribute
        let graded: Graded
        let isChosen: Bool

        var body: some View {
            VStack(alignment: .leading, spacing: 4) {
                HStack {
                    Text(Words.name(attribute)).bold()
                    Spacer()
                    Text(graded.believed ? Words.of("result.grade", graded.grade) : Words.of("result.notGraded"))
                    if isChosen { Image(systemName: "eye").accessibilityHidden(true) }
                }
                Text(detail).font(.footnote).foregroundStyle(.secondary)
            }
            .contentShape(Rectangle())
        }

        private var detail: String {
            if !graded.believed { return Words.of("result.notGradedWhy") }
            let sure =
                graded.low == graded.high ? Words.of("result.sure") : Words.of("result.range", graded.low, graded.high)
            return "\(sure) · \(Words.of("result.direction.\(attribute.moreIs)"))"
        }
    }
#endif
