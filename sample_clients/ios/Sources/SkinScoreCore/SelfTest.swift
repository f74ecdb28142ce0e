// A bundle proves itself on this machine before it is used: its golden photos must give its golden answers.
import Foundation

/// Grades a photo file of a part of the face.
public typealias Grade = @Sendable (_ photo: Data, _ part: Int) async throws -> Grading

public struct Golden: Decodable, Sendable {
    struct Photo: Decodable, Sendable {
        let png: Data
        let inputSHA256: String
        let outputs: [String: Answers]

        enum CodingKeys: String, CodingKey {
            case png, outputs
            case inputSHA256 = "input_sha256"
        }
    }

    struct Answers: Decodable, Sendable {
        let grades: [Int]
        let balanced: [Int]
        let expected: [Double]
        let quality: [Double]?
        let heat: [[Double]?]?
    }

    let photos: [Photo]
    let toleranceExpected: [String: Double]
    let toleranceHeat: [String: Double]?
    let toleranceQuality: Double?

    enum CodingKeys: String, CodingKey {
        case photos
        case toleranceExpected = "tolerance_expected"
        case toleranceHeat = "tolerance_heat"
        case toleranceQuality = "tolerance_quality"
    }

    static let floor = 1e-6  // of a quality figure: below it a share of it means nothing

    /// The golden photos of a bundle. Throws `Trouble`.
    public static func read(_ data: Data) throws -> Golden {
        guard let golden = try? JSONDecoder().decode(Golden.self, from: data) else {
            throw Trouble("other-form", "the golden photos have another form than this client reads: update the app")
        }
        return golden
    }

    /// Grade every golden photo; how many there were. Throws `Trouble` at the first wrong answer, or without any.
    @discardableResult
    public func check(_ precision: String, _ grade: Grade) async throws -> Int {
        if photos.isEmpty {
            throw Trouble("wrong-answers", "the new model comes without a golden photo that would prove it; not used")
        }
        for (number, photo) in photos.enumerated() {
            let grading = try await Golden.ran { try await grade(photo.png, 0) }
            if let fault = fault(grading, photo, precision) {
                let sentence = "the new model answers wrongly on this device (photo \(number): \(fault)); not used"
                throw Trouble("wrong-answers", sentence)
            }
        }
        return photos.count
    }

    /// Runtimes fail in many ways; a model that does not run is not used. Throws `Trouble`.
    static func ran<Done: Sendable>(_ work: @Sendable () async throws -> Done) async throws -> Done {
        do {
            return try await work()
        } catch {
            throw Trouble("does-not-run", "the new model does not run on this device (\(error)); not used")
        }
    }

    /// What differs from the golden answer; nil when nothing does.
    func fault(_ grading: Grading, _ photo: Photo, _ precision: String) -> String? {
        guard grading.inputSHA256 == photo.inputSHA256 else { return "other input bytes" }
        guard let wanted = photo.outputs[precision], let near = toleranceExpected[precision] else {
            return "no golden answers for \(precision)"
        }
        let all = grading.attributes
        if all.map({ $0.grade }) != wanted.grades { return "other grades" }
        if all.map({ $0.balanced }) != wanted.balanced { return "other balanced grades" }
        if !Golden.within(all.map { Double($0.expected) }, wanted.expected, { _ in near }) {
            return "other expected grades"
        }
        guard let toleranceHeat else { return nil }  // bundles of sequence 2 and before
        let place = toleranceHeat[precision] ?? 0
        let centres = all.map { Heat.centre($0.heat) }
        guard let heat = wanted.heat, centres.count == heat.count,
            zip(centres, heat).allSatisfy({ Golden.isNear($0, $1, place) })
        else { return "heat elsewhere" }
        let (share, quality) = (toleranceQuality ?? 0, grading.quality)
        let figures = [quality.luma, quality.clipped, quality.sharpness]
        let same = Golden.within(figures, wanted.quality ?? [], { share * abs($0) + Golden.floor })
        return same ? nil : "other quality figures"
    }

    private static func within(_ got: [Double], _ wanted: [Double], _ bound: (Double) -> Double) -> Bool {
        got.count == wanted.count && zip(got, wanted).allSatisfy { abs($0 - $1) <= bound($1) }
    }

    private static func isNear(_ got: [Double]?, _ wanted: [Double]?, _ tolerance: Double) -> Bool {
        guard let got, let wanted else { return got == nil && wanted == nil }
        return within(got, wanted, { _ in tolerance })
    }
}
