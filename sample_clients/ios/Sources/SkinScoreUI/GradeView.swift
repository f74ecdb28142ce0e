// Take or choose a photo of one part of the face.
#if canImport(SwiftUI)
    import PhotosUI
    import SkinScoreCore
    import SwiftUI

    struct GradeView: View {
        @ObservedObject var model: ScreenModel
        @State private var picked: PhotosPickerItem?
        @State private var showsCamera = false

        var body: some View {
            NavigationStack {
                Form {
                    Section(Words.of("grade.part")) {
                        Picker(Words.of("grade.part"), selection: $model.part) {
                            ForEach(0..<4, id: \.self) { part in Text(Words.of("part.\(part)")).tag(part) }
                        }
                        Text(Words.of("guide.\(model.part)")).font(.callout)
                    }
                    Section {
                        cameraButton
                        PhotosPicker(Words.of("grade.file"), selection: $picked, matching: .images)
                        StatusLine(model: model)
                    } footer: {
                        Text(Words.of("grade.private"))
                    }
                    if let result = model.result, let description = model.description {
                        ResultView(result: result, description: description)
                    }
                }
                .navigationTitle(Words.of("grade.title"))
            }
            .disabled(model.busy)
            .onChange(of: picked) { _, item in
                guard let item else { return }
                Task { await take(item) }
            }
        }

        @ViewBuilder private var cameraButton: some View {
            #if os(iOS)
                Button(Words.of("grade.camera")) { showsCamera = true }
                    .disabled(!CameraPicker.isThere)
                    .fullScreenCover(isPresented: $showsCamera) {
                        CameraPicker { photo in
                            showsCamera = false
                            if let photo { Task { await model.grade(photo) } }
                        }
                        .ignoresSafeArea()
                    }
            #endif
        }

        private func take(_ item: PhotosPickerItem) async {
            picked = nil
            do {
                guard let photo = try await item.loadTransferable(type: Data.self) else { return }
                await model.grade(photo)
            } catch {
                model.message = Words.of(Trouble("photo-unreadable", error.localizedDescription))
            }
        }
    }
#endif
