import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    id("com.android.application")
    id("org.jetbrains.kotlin.android")
}

android {
    namespace = "io.skinscore.app"
    compileSdk = 35

    defaultConfig {
        applicationId = "io.skinscore.app"
        minSdk = 26
        targetSdk = 35
        versionCode = 1
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") } // there are no others of ExecuTorch
    }
    androidResources { noCompress += "pte" }
    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
    packaging { resources.excludes += "META-INF/versions/9/OSGI-INF/MANIFEST.MF" } // in two libraries
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
        allWarningsAsErrors = true
    }
    sourceSets.named("test") { kotlin.setSrcDirs(emptyList<String>()) } // Maven runs the tests
}

dependencies {
    implementation(project(":core"))
    implementation("org.pytorch:executorch-android:1.4.0")
}
