// The bundle in use and what grades with it, made ready at the first need.

/// A bundle, and what grades with it.
struct Ready: Sendable {
    let bundle: ModelBundle
    let grade: Grade
}

actor ModelInUse {
    private let models: Models
    private let grading: MakeGrade
    private var ready: Task<Ready, any Error>?
    private var updating: Task<UpdateOutcome, any Error>?

    init(_ models: Models, _ grading: @escaping MakeGrade) {
        self.models = models
        self.grading = grading
    }

    /// Calls at the same time share one model. Throws `Trouble`, or what the runtime throws.
    func prepared() async throws -> Ready {
        let task = ready ?? making()
        ready = task
        do {
            return try await task.value
        } catch {
            if ready == task { ready = nil }  // it may go well the next time
            throw error
        }
    }

    /// Take a newer model if the server's channel offers one; calls at the same time share one. Throws `Trouble`.
    func update(_ server: Server) async throws -> UpdateOutcome {
        defer { ready = nil }  // also after a refusal: the channel may have withdrawn what is ready, or being made so
        if let updating { return try await updating.value }
        let update = Update(models: models, server: server, grading: grading)
        let task = Task { try await update.run() }
        updating = task
        defer { updating = nil }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()  // iOS ends work in the background; what has arrived is kept
        }
    }

    private func making() -> Task<Ready, any Error> {
        let (models, grading) = (self.models, self.grading)
        return Task {
            let bundle = try await models.open()
            return Ready(bundle: bundle, grade: try await grading(bundle))
        }
    }
}
