// All scores of this device, newest first, with their notes.
#if canImport(SwiftUI)
    import SkinScoreCore
    import SwiftUI

    struct HistoryView: View {
        @ObservedObject var model: ScreenModel
        @State private var opened: Record?

        var body: some View {
            NavigationStack {
                List {
                    StatusLine(model: model)
                    if model.history.isEmpty { Text(Words.of("history.emptyLead")) }
                    ForEach(model.history.reversed()) { record in
                        Button {
                            opened = record
                        } label: {
                            row(record)
                        }.buttonStyle(.plain)
                    }
                    .onDelete { places in delete(places) }
                }
                .refreshable { await model.sync() }
                .navigationTitle(Words.of("history.title"))
            }
            .sheet(item: $opened) { record in NoteView(model: model, record: record) }
        }

        private func row(_ record: Record) -> some View {
            VStack(alignment: .leading, spacing: 4) {
                Text("\(Words.of("part.\(record.part ?? 0)")), \(record.capturedAt.prefix(10))").bold()
                Text(grades(record)).font(.callout)
                if let note = model.notes[record.id], !note.isEmpty { Text(note).font(.callout).italic() }
                if model.unsent.contains(record.id) {
                    Text(Words.of("history.unsent")).font(.footnote).foregroundStyle(.secondary)
                }
            }
            .contentShape(Rectangle())
        }

        private func grades(_ record: Record) -> String {
            (model.description?.attributes ?? []).compactMap { attribute in
                record.answer(attribute.key)?["grade"]?.whole.map { "\(Words.name(attribute)) \($0)" }
            }
            .joined(separator: " · ")
        }

        private func delete(_ places: IndexSet) {
            let shown = Array(model.history.reversed())
            let ids = places.map { shown[$0].id }
            Task {
                await model.perform { client in
                    for id in ids { try await client.store.delete(id) }
                    return nil
                }
            }
        }
    }

    private struct NoteView: View {
        @ObservedObject var model: ScreenModel
        let record: Record
        @State private var text = ""
        @Environment(\.dismiss) private var dismiss

        var body: some View {
            NavigationStack {
                Form {
                    TextField(Words.of("entry.noteHint"), text: $text, axis: .vertical)
                    Text(Words.of("entry.model", record.model["version"]?.text ?? "")).font(.footnote)
                    Text(Words.of("entry.noPhoto")).font(.footnote)
                }
                .navigationTitle(Words.of("entry.note"))
                .toolbar {
                    ToolbarItem(placement: .confirmationAction) { Button(Words.of("entry.save")) { save() } }
                    ToolbarItem(placement: .cancellationAction) { Button(Words.of("action.cancel")) { dismiss() } }
                }
            }
            .onAppear { text = model.notes[record.id] ?? "" }
        }

        private func save() {
            let (id, written) = (record.id, text)
            dismiss()
            Task {
                await model.perform { client in
                    try await client.note(on: id, written)
                    return nil
                }
            }
        }
    }
#endif
