// The system's camera. Its photo comes as JPEG at full quality, with its orientation.
#if canImport(SwiftUI) && os(iOS)
    import SwiftUI
    import UIKit

    struct CameraPicker: UIViewControllerRepresentable {
        /// Nil when nothing was taken.
        let done: @MainActor (Data?) -> Void

        static var isThere: Bool { UIImagePickerController.isSourceTypeAvailable(.camera) }

        func makeUIViewController(context: Context) -> UIImagePickerController {
            let picker = UIImagePickerController()
            picker.sourceType = .camera
            picker.delegate = context.coordinator
            return picker
        }

        func updateUIViewController(_ picker: UIImagePickerController, context: Context) {}

        func makeCoordinator() -> Coordinator {
            Coordinator(done)
        }

        @MainActor
        final class Coordinator: NSObject, UIImagePickerControllerDelegate, UINavigationControllerDelegate {
            private let done: @MainActor (Data?) -> Void

            init(_ done: @escaping @MainActor (Data?) -> Void) {
                self.done = done
            }

            func imagePickerController(
                _ picker: UIImagePickerController,
                didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]
            ) {
                done((info[.originalImage] as? UIImage)?.jpegData(compressionQuality: 1))
            }

            func imagePickerControllerDidCancel(_ picker: UIImagePickerController) {
                done(nil)
            }
        }
    }
#endif
