// Grade with Core ML.
